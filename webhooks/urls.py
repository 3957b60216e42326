from django.urls import path

from webhooks.views import whatsapp

urlpatterns = [path("webhook/whatsapp", whatsapp, name="webhook-whatsapp")]
