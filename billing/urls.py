from billing.paper_views import InvoicePaperViewSet
from billing.tax_views import TaxReportViewSet
from billing.views import CreditNoteViewSet, InvoiceViewSet, ProductViewSet, SummaryViewSet
from execora.api.routes import route

_ID = "<str:pk>"

urlpatterns = [
    route("products", ProductViewSet, {"get": "list", "post": "create"}, "products"),
    route("products/low-stock", ProductViewSet, {"get": "low_stock"}, "products-low-stock"),
    route(f"products/{_ID}", ProductViewSet, {"get": "retrieve", "patch": "partial_update"}, "product"),
    route(f"products/{_ID}/stock", ProductViewSet, {"post": "stock"}, "product-stock"),
    route("invoices", InvoiceViewSet, {"get": "list", "post": "create"}, "invoices"),
    route(f"invoices/{_ID}", InvoiceViewSet, {"get": "retrieve"}, "invoice"),
    route(f"invoices/{_ID}/pdf", InvoicePaperViewSet, {"get": "pdf"}, "invoice-pdf"),
    route(f"invoices/{_ID}/confirm", InvoiceViewSet, {"post": "confirm"}, "invoice-confirm"),
    route(f"invoices/{_ID}/cancel", InvoiceViewSet, {"post": "cancel"}, "invoice-cancel"),
    route(f"invoices/{_ID}/credit-notes", InvoiceViewSet, {"post": "credit"}, "invoice-credit"),
    route("credit-notes", CreditNoteViewSet, {"get": "list"}, "credit-notes"),
    route(f"credit-notes/{_ID}", CreditNoteViewSet, {"get": "retrieve"}, "credit-note"),
    route("summary/daily", SummaryViewSet, {"get": "daily"}, "summary-daily"),
    route("reports/gstr1", TaxReportViewSet, {"get": "gstr1"}, "gstr1"),
    route("reports/sales-register", TaxReportViewSet, {"get": "sales_register"}, "sales-register"),
]
