from execora.api.auth import LogoutView, PasswordView, RefreshView, SessionsView, TicketView
from execora.api.routes import route

urlpatterns = [
    route("auth/refresh", RefreshView, {"post": "create"}, "refresh"),
    route("auth/logout", LogoutView, {"post": "create"}, "logout"),
    route("auth/password", PasswordView, {"post": "create"}, "password"),
    route("auth/sessions", SessionsView, {"get": "list"}, "logins"),
    route("auth/sessions/<str:pk>", SessionsView, {"delete": "destroy"}, "login-of"),
    route("auth/ws-ticket", TicketView, {"post": "create"}, "ws-ticket"),
]
