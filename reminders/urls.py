from execora.api.routes import route
from reminders.views import ReminderViewSet

urlpatterns = [
    route("reminders", ReminderViewSet, {"get": "list", "post": "create"}, "reminders"),
    route("reminders/<str:pk>", ReminderViewSet, {"patch": "partial_update"}, "reminder"),
    route("reminders/<str:pk>/cancel", ReminderViewSet, {"post": "cancel"}, "reminder-cancel"),
]
