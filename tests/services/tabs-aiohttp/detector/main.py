from aiohttp import web
import yaml

async def detect(request):
	data = await request.json()
	return web.json_response({'boxes': boxes(data.get('size', 0))})

def boxes(size):
	if size>10:
		return [yaml.safe_load('[0, 0, 1, 1]')]
	return []

def main():
	app = web.Application()
	app.router.add_post('/detect', detect)
	web.run_app(app, port=9000)
