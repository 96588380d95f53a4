from typing import List
import logging
import os, sys
from fastapi import FastAPI, HTTPException
from churn_api import __version__
from churn_api.model import load_model
from churn_api.schemas import Customer, Score
from churn_api import settings

logging.basicConfig(level=logging.INFO)
app = FastAPI(title='churn-api', version=__version__)
model = None


@app.on_event('startup')
def startup():
    global model
    config = settings.load()
    model = load_model(settings.HERE / config['model']['path'], config['model']['threshold'])


@app.on_event('shutdown')
def shutdown():
    global model
    model = None


@app.get('/health')
def health():
    if model == None:
        raise HTTPException(status_code=503, detail='model not loaded')
    return {'status': 'ok', 'version': __version__}


@app.post('/predict', response_model=Score)
def predict(customer: Customer):
    probability = model.score([customer])[0]
    return Score(probability=probability, will_churn=probability >= model.threshold)


@app.post('/predict/batch', response_model=List[Score])
def predict_batch(customers: List[Customer]):
    if not customers:
        raise HTTPException(status_code=422, detail='no customers')
    return [Score(probability=p, will_churn=p >= model.threshold) for p in model.score(customers)]
