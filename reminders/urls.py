from execora.api.routes import route
from reminders.views import ReminderViewSet

urlpatterns = [
    route("reminders", ReminderViewSet, {"get": "list", "post": "create"}, "reminders"),
    route("reminders/(?P<pk>[^/]+)", ReminderViewSet, {"patch": "partial_update"}, "reminder"),
    route("reminders/(?P<pk>[^/]+)/cancel", ReminderViewSet, {"post": "cancel"}, "reminder-cancel"),
]
