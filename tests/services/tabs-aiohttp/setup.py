import os
from setuptools import setup, find_packages

HERE = os.path.dirname(__file__)
about = {}
exec(open(os.path.join(HERE, 'detector', 'version.py')).read(), about)

setup(
	name='detector',
	version=about['VERSION'],
	packages=find_packages(),
	install_requires=['aiohttp==3.13.2', 'pyyaml==6.0.3'],
	extras_require={'dev': ['pytest']},
	entry_points={'console_scripts': ['detector=detector.main:main']},
)
