import os
from flask import Flask, jsonify, request
from quotes.pricing import price


def create_app():
    app = Flask(__name__)
    app.config['CURRENCY'] = os.environ.get('CURRENCY', 'EUR')

    @app.get('/health')
    def health():
        return jsonify(status='ok')

    @app.post('/quote')
    def quote():
        data = request.get_json()
        try:
            value = price(int(data['age']), int(data['kilometres']))
        except (KeyError, ValueError) as error:
            return jsonify(error=str(error)), 422
        return jsonify(price=value, currency=app.config['CURRENCY'])

    return app
