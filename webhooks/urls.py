from django.urls import re_path

from webhooks.views import whatsapp

urlpatterns = [re_path(r"^webhook/whatsapp/?$", whatsapp, name="webhook-whatsapp")]
