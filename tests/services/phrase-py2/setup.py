from setuptools import setup

setup(name='phrase-py2', version='0.3', packages=['phrase'], install_requires=['Flask==0.10.1', 'simplejson==3.8.0'])
