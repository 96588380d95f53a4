import os
import json
from pathlib import Path
import yaml

HERE = Path(__file__).parent


def load():
    with open(HERE / 'config.yml') as f:
        config = yaml.safe_load(f)
    if os.environ.get('CHURN_THRESHOLD'):
        config['model']['threshold'] = float(os.environ['CHURN_THRESHOLD'])
    return config
