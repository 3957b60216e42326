from execora.api.routes import route
from ledger.journal_views import JournalViewSet
from ledger.report_views import ReportViewSet
from ledger.views import LedgerViewSet

urlpatterns = [
    route("ledger/payment", LedgerViewSet, {"post": "payment"}, "ledger-payment"),
    route("ledger/credit", LedgerViewSet, {"post": "credit"}, "ledger-credit"),
    route("ledger/opening-balance", LedgerViewSet, {"post": "opening_balance"}, "ledger-opening-balance"),
    route("ledger/write-off", LedgerViewSet, {"post": "write_off"}, "ledger-write-off"),
    route("ledger/entries/<str:pk>/reverse", LedgerViewSet, {"post": "reverse"}, "ledger-reverse"),
    route("ledger/journal", JournalViewSet, {"get": "list"}, "ledger-journal"),
    route("ledger/summary", ReportViewSet, {"get": "summary"}, "ledger-summary"),
    route("ledger/ageing", ReportViewSet, {"get": "ageing"}, "ledger-ageing"),
    route("ledger/day-book", ReportViewSet, {"get": "day_book"}, "ledger-day-book"),
    route("ledger/cash-book", ReportViewSet, {"get": "cash_book"}, "ledger-cash-book"),
    route("ledger/trial-balance", ReportViewSet, {"get": "trial_balance"}, "ledger-trial-balance"),
    route("ledger/<str:pk>/statement", LedgerViewSet, {"get": "statement"}, "ledger-statement"),
    route("ledger/<str:pk>", LedgerViewSet, {"get": "retrieve"}, "ledger"),
]
