"""The pages. A step's address says only its number; no address holds an answer."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

import threatmodel.parts  # noqa: F401  a converter of addresses
from threatmodel.walkthrough import (
    export_views,
    faults,
    handoff_views,
    keep_views,
    letter_views,
    mark_views,
    notice_views,
    paper_views,
    plan_views,
    privacy_views,
    site_views,
    views,
    what_if_views,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.start, name="start"),
    path("language/", set_language, name="language"),
    path("walk/", views.begin, name="walk"),
    path("walk/<int:number>/", views.step, name="step"),
    path("walk/check/", views.check, name="check"),
    path("walk/one/", views.one, name="one"),
    path("walk/stay/", views.stay, name="stay"),
    path("walk/delete/", views.delete, name="delete"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/<int:place>/", plan_views.item, name="plan-item"),
    path("plan/<part:part>/", plan_views.part, name="plan-part"),
    path("plan/mark/", mark_views.mark, name="mark"),
    path("plan/changes/", keep_views.changes, name="changes"),
    path("keep/", keep_views.keep, name="keep"),
    path("open/", keep_views.open_kept, name="open"),
    path("handoff/", handoff_views.handoff, name="handoff"),
    path("plan.json", export_views.json_file, name="plan-json"),
    path("plan.csv", export_views.csv_file, name="plan-csv"),
    path("plan.ics", export_views.calendar_file, name="plan-ics"),
    path("plan/what-if/", what_if_views.questions, name="what-if-list"),
    path("plan/what-if/<int:number>/", what_if_views.question, name="what-if"),
    path("notice/", notice_views.notice, name="notice"),
    path("notice.pdf", notice_views.notice_pdf, name="notice-pdf"),
    path("letters/", letter_views.letter_list, name="letters"),
    path("letters/<slug:letter>/", letter_views.letter, name="letter"),
    path("letters/<slug:letter>.pdf", letter_views.letter_pdf, name="letter-pdf"),
    path("plan.pdf", paper_views.plan_pdf, name="plan-pdf"),
    path("leave/", views.leave, name="leave"),
    path("safety/", views.safety, name="safety"),
    path("privacy/", privacy_views.privacy, name="privacy"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("samples/", plan_views.sample_list, name="samples"),
    path("samples/<slug:sample>/", plan_views.sample, name="sample"),
    path("samples/<slug:sample>/<int:place>/", plan_views.sample_item, name="sample-item"),
    path("samples/<slug:sample>/<part:part>/", plan_views.sample_part, name="sample-part"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", site_views.robots, name="robots"),
    path(".well-known/security.txt", site_views.security, name="security"),
]
if settings.CLINIC:
    urlpatterns.append(path("clinic/", include("threatmodel.clinic.urls")))

handler400 = faults.bad_request
handler404 = faults.not_found
handler500 = faults.server_error
