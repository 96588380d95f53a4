import os

TOP_N = int(os.environ.get('RECO_TOP_N', 5))
SPRING_PROFILE = os.environ.get('SPRING_PROFILES_ACTIVE', 'default')
