"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from apps.api.views import Docs, Schema
from apps.catalog.urls import urlpatterns as catalog
from apps.delivery.api.papers import CreditNotePdf, InvoiceDetail, InvoicePdf
from apps.delivery.api.sending import CreditNoteSend, InvoiceSend
from apps.invoicing.api.collecting import CreditNotes, CustomerRefunds, MarkPaid, WriteOff
from apps.invoicing.api.credit_notes import CreditNoteDetail
from apps.invoicing.api.customers import CustomerArchive, CustomerDetail, CustomerList, CustomerRestore
from apps.invoicing.api.drafts import (
    Discarding,
    Finalization,
    InvoiceDiscount,
    InvoiceLines,
    Invoices,
    InvoiceTerms,
    InvoiceVoid,
    LineChange,
    LineRemoval,
    Recalculation,
)
from apps.invoicing.api.explaining import CreditLineEvents, CreditLineExplanation, LineEvents, LineExplanation
from apps.invoicing.api.exports import CreditNoteExport, InvoiceExport, LineExport
from apps.invoicing.api.payments import PaymentDetail, Payments, RefundDetail, Refunds
from apps.invoicing.api.previewing import NextInvoice
from apps.invoicing.api.runs import RunDetail, RunLines, RunResume, Runs, RunStop
from apps.invoicing.api.statements import CustomerStatement
from apps.invoicing.api.subscriptions.items import ItemQuantity, ItemRemoval, SubscriptionItems
from apps.invoicing.api.subscriptions.listing import SubscriptionDetail, SubscriptionList
from apps.invoicing.api.subscriptions.verbs import (
    Cancel,
    ChangePlan,
    Pause,
    Reactivate,
    Restore,
    Resume,
    Suspend,
)
from apps.invoicing.api.tax_rates import TaxRateEnding, TaxRates, TaxRateWithdrawal
from apps.subscriptions.api.items import ItemPrice, ItemsMove
from apps.subscriptions.api.seats import SubscriptionSeats
from apps.usage.api.entitlements import Entitlements
from apps.usage.api.events import EventDetail, EventReversal
from apps.usage.api.pull_sources import ItemPullSource
from apps.usage.api.recording import Usage
from apps.usage.api.records import CurrentUsage, UsageRecords
from apps.usage.api.series import UsageSeries
from apps.usage.urls import urlpatterns as rules

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers", CustomerList.as_view()),
    path("customers/<str:public_id>", CustomerDetail.as_view()),
    path("customers/<str:public_id>/archive", CustomerArchive.as_view()),
    path("customers/<str:public_id>/restore", CustomerRestore.as_view()),
    path("customers/<str:public_id>/refunds", CustomerRefunds.as_view()),
    path("customers/<str:public_id>/statement", CustomerStatement.as_view()),
    path("credit-notes", CreditNotes.as_view()),
    path("credit-notes/export", CreditNoteExport.as_view()),
    path("credit-notes/<str:public_id>", CreditNoteDetail.as_view()),
    path("credit-notes/<str:public_id>/pdf", CreditNotePdf.as_view()),
    path("credit-notes/<str:public_id>/send", CreditNoteSend.as_view()),
    path("credit-notes/<str:public_id>/lines/<str:line>/explanation", CreditLineExplanation.as_view()),
    path("credit-notes/<str:public_id>/lines/<str:line>/explanation.csv", CreditLineEvents.as_view()),
    path("entitlements", Entitlements.as_view()),
    path("invoices", Invoices.as_view()),
    path("invoices/export", InvoiceExport.as_view()),
    path("invoices/export/lines", LineExport.as_view()),
    path("invoices/preview", NextInvoice.as_view()),
    path("invoices/<str:public_id>", InvoiceDetail.as_view()),
    path("invoices/<str:public_id>/discard", Discarding.as_view()),
    path("invoices/<str:public_id>/discount", InvoiceDiscount.as_view()),
    path("invoices/<str:public_id>/finalize", Finalization.as_view()),
    path("invoices/<str:public_id>/lines", InvoiceLines.as_view()),
    path("invoices/<str:public_id>/mark-paid", MarkPaid.as_view()),
    path("invoices/<str:public_id>/recalculate", Recalculation.as_view()),
    path("invoices/<str:public_id>/send", InvoiceSend.as_view()),
    path("invoices/<str:public_id>/terms", InvoiceTerms.as_view()),
    path("invoices/<str:public_id>/void", InvoiceVoid.as_view()),
    path("invoices/<str:public_id>/write-off", WriteOff.as_view()),
    path("invoices/<str:public_id>/lines/<str:line>/change", LineChange.as_view()),
    path("invoices/<str:public_id>/lines/<str:line>/remove", LineRemoval.as_view()),
    path("invoices/<str:public_id>/lines/<str:line>/explanation", LineExplanation.as_view()),
    path("invoices/<str:public_id>/lines/<str:line>/explanation.csv", LineEvents.as_view()),
    path("invoices/<str:public_id>/pdf", InvoicePdf.as_view()),
    *catalog,
    path("items/move", ItemsMove.as_view()),
    path("items/<str:public_id>/price", ItemPrice.as_view()),
    path("items/<str:public_id>/pull-source", ItemPullSource.as_view()),
    path("items/<str:public_id>/quantity", ItemQuantity.as_view()),
    path("items/<str:public_id>/remove", ItemRemoval.as_view()),
    path("payments", Payments.as_view()),
    path("payments/<str:public_id>", PaymentDetail.as_view()),
    path("refunds", Refunds.as_view()),
    path("refunds/<str:public_id>", RefundDetail.as_view()),
    *rules,
    path("runs", Runs.as_view()),
    path("runs/<str:public_id>", RunDetail.as_view()),
    path("runs/<str:public_id>/lines", RunLines.as_view()),
    path("runs/<str:public_id>/resume", RunResume.as_view()),
    path("runs/<str:public_id>/stop", RunStop.as_view()),
    path("subscriptions", SubscriptionList.as_view()),
    path("subscriptions/<str:public_id>", SubscriptionDetail.as_view()),
    path("subscriptions/<str:public_id>/cancel", Cancel.as_view()),
    path("subscriptions/<str:public_id>/change-plan", ChangePlan.as_view()),
    path("subscriptions/<str:public_id>/items", SubscriptionItems.as_view()),
    path("subscriptions/<str:public_id>/pause", Pause.as_view()),
    path("subscriptions/<str:public_id>/reactivate", Reactivate.as_view()),
    path("subscriptions/<str:public_id>/restore", Restore.as_view()),
    path("subscriptions/<str:public_id>/resume", Resume.as_view()),
    path("subscriptions/<str:public_id>/seats", SubscriptionSeats.as_view()),
    path("subscriptions/<str:public_id>/suspend", Suspend.as_view()),
    path("tax-rates", TaxRates.as_view()),
    path("tax-rates/<str:public_id>/end", TaxRateEnding.as_view()),
    path("tax-rates/<str:public_id>/withdraw", TaxRateWithdrawal.as_view()),
    path("usage", Usage.as_view()),
    path("usage/current", CurrentUsage.as_view()),
    path("usage/series", UsageSeries.as_view()),
    path("usage/<str:public_id>", EventDetail.as_view()),
    path("usage/<str:public_id>/reverse", EventReversal.as_view()),
    path("usage-records", UsageRecords.as_view()),
    path("schema", Schema.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]
