from http.server import BaseHTTPRequestHandler, HTTPServer

from photo.sort import label


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(label(self.path).encode())


if __name__ == '__main__':
    HTTPServer(('', 5000), Handler).serve_forever()
