"""The pages. A step's address says only its number; no address holds an answer."""

from django.urls import path

from threatmodel.walkthrough import faults, paper_views, plan_views, views

urlpatterns = [
    path("", views.start, name="start"),
    path("walk/", views.begin, name="walk"),
    path("walk/<int:number>/", views.step, name="step"),
    path("walk/check/", views.check, name="check"),
    path("walk/one/", views.one, name="one"),
    path("walk/delete/", views.delete, name="delete"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan.pdf", paper_views.plan_pdf, name="plan-pdf"),
    path("leave/", views.leave, name="leave"),
    path("about/", views.about, name="about"),
    path("samples/", views.sample_list, name="samples"),
    path("samples/<slug:sample>/", views.sample_plan, name="sample"),
    path("healthz", views.healthz, name="healthz"),
]

handler400 = faults.bad_request
handler404 = faults.not_found
handler500 = faults.server_error
