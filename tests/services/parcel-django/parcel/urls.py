from django.http import JsonResponse
from django.urls import path
from parcel.weights.guess import guess


def weight(request):
    return JsonResponse({'kg': guess(float(request.GET['litres']))})


urlpatterns = [path('weight', weight)]
