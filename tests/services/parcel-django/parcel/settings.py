import os
SECRET_KEY = os.environ.get('SECRET_KEY', 'only-for-development')
DEBUG = True
ROOT_URLCONF = 'parcel.urls'
INSTALLED_APPS = ['parcel.weights']
ALLOWED_HOSTS = ['*']
DATABASES = {}
