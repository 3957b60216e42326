from execora.api.routes import route
from voice.views import RecordingViewSet, SessionViewSet

urlpatterns = [
    route("sessions", SessionViewSet, {"get": "list"}, "sessions"),
    route("sessions/<str:pk>", SessionViewSet, {"get": "retrieve"}, "session"),
    route("recordings/<str:pk>/url", RecordingViewSet, {"get": "url"}, "recording-url"),
]
