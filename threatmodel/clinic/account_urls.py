"""The pages of the staff's accounts. No address holds a code, a name or an id."""

from django.urls import URLPattern, path

from threatmodel.clinic.accounts import account_views, factor_views, join_views, sign_in_views, staff_views

urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in_views.sign_in, name="account_login"),
    path("sign-in/locked/", sign_in_views.locked, name="account_locked"),
    path("sign-in/second/", sign_in_views.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", sign_in_views.passkey, name="account_passkey"),
    path("sign-out/", sign_in_views.sign_out, name="account_logout"),
    path("again/", sign_in_views.again, name="account_reauthenticate"),
    path("join/", join_views.ask_code, name="account_join"),
    path("join/as/", join_views.join_as, name="account_join_as"),
    path("account/", account_views.home, name="account_home"),
    path("account/password/", account_views.change_password, name="account_change_password"),
    path("account/sessions/end/", account_views.end_session, name="account_end_session"),
    path("account/second/", factor_views.enrol, name="account_enrol"),
    path("account/app/", factor_views.add_app, name="mfa_activate_totp"),
    path("account/app/code.svg", factor_views.app_picture, name="mfa_totp_picture"),
    path("account/passkey/", factor_views.add_passkey, name="mfa_add_webauthn"),
    path("account/remove/", factor_views.remove, name="mfa_remove"),
    path("account/codes/", factor_views.recovery_codes, name="mfa_recovery_codes"),
    path("staff/", staff_views.everybody, name="account_staff"),
    path("staff/invite/", staff_views.invite, name="account_invite"),
    path("staff/withdraw/", staff_views.withdraw, name="account_withdraw"),
    path("staff/role/", staff_views.change_role, name="account_change_role"),
    path("staff/deactivate/", staff_views.deactivate, name="account_deactivate"),
    path("staff/reactivate/", staff_views.reactivate, name="account_reactivate"),
    path("staff/reset/", staff_views.reset, name="account_reset"),
]
