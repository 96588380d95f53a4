import simplejson
from flask import Flask, request

from phrase.find import events

app = Flask(__name__)


@app.route('/events')
def show():
    try:
        found = events(unicode(request.args['text']))
    except KeyError, error:
        return simplejson.dumps({'error': str(error)}), 400
    print 'found', len(found)
    return simplejson.dumps(found)
