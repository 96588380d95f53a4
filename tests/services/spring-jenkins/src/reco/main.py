from fastapi import FastAPI

from reco.settings import TOP_N

app = FastAPI(title='reco')
ITEMS = []


@app.on_event('startup')
def load():
    ITEMS.extend(range(100))


@app.get('/recommend')
def recommend(user: int):
    return {'items': ITEMS[user % 10 : user % 10 + TOP_N]}


def run():
    print('use uvicorn')
