"""Which address leads to which page of the register?"""

from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("ndas/<str:pk>/", lambda request, pk: HttpResponse(), name="nda")]
