"""The URLs of the dashboard."""

from django.urls import path

from epic10.dashboard import views

app_name = "epic10"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("status.json", views.status, name="status"),
    path("metrics", views.prometheus, name="metrics"),
    path("runs/<int:number>/", views.run, name="run"),
]
