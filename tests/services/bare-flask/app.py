from flask import Flask, request, jsonify
import pickle, os
from helpers import *

MODEL_PATH = os.environ.get('MODEL_PATH', 'model.pkl')
app = Flask(__name__)
model = None
if os.path.exists(MODEL_PATH):
    model = pickle.load(open(MODEL_PATH, 'rb'))

@app.route('/predict', methods=['POST'])
def predict():
    return jsonify(score=score(request.json))

app.run(debug=True, host='0.0.0.0', port=8888)
