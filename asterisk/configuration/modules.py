"""The modules an instance loads, by name: a short list boots in a fraction of a second and stays small.

``autoload=no`` pulls no dependencies in, so each list is complete: chan_pjsip needs res_pjsip_pubsub,
cel_custom and cdr_custom need res_cdrel_custom (where the build has it).
"""

from __future__ import annotations

from asterisk.install.installation import Installation

_SIP = (
    "res_timing_timerfd",
    "res_pjproject",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_pjsip",
    "res_pjsip_pubsub",
    "res_pjsip_session",
    "res_pjsip_sdp_rtp",
    "res_pjsip_authenticator_digest",
    "res_pjsip_caller_id",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_pjsip_header_funcs",
    "res_pjsip_rfc3326",  # the Reason header: who ended the call and why
    "res_rtp_asterisk",
    "chan_pjsip",
    "codec_alaw",
    "codec_ulaw",
    "format_pcm",
    "format_sln",
    "pbx_config",
    "app_playback",
    "app_stack",
    "app_senddtmf",
    "app_verbose",
    "func_callerid",
    "func_channel",
    "func_cut",
    "func_global",
    "func_logic",
    "func_math",
    "func_strings",
    "res_cdrel_custom",
    "res_clioriginate",
)

NODE_MODULES = (
    *_SIP,
    "app_celgenuserevent",
    "res_pjsip_registrar",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_outbound_registration",
    "res_pjsip_dtmf_info",
    "res_manager_devicestate",
    "res_musiconhold",
    "bridge_simple",
    "bridge_native_rtp",
    "bridge_softmix",
    "bridge_holding",
    "bridge_builtin_features",
    "codec_resample",
    "format_wav",
    "app_amd",
    "app_chanspy",
    "app_dial",
    "app_exec",
    "app_mixmonitor",
    "app_queue",
    "app_read",
    "app_userevent",
    "app_waituntil",
    "app_while",
    "res_tonedetect",
    "func_dialplan",  # how `dozvon node check` asks whether a context is there
    "func_hangupcause",
    "func_timeout",
    "cel_custom",
)

NEWER_MODULES = frozenset({"res_cdrel_custom"})
"""Where the build has them, others need them; older ones do without."""

BROWSER_MODULES = ("res_crypto", "res_http_websocket", "res_srtp", "res_pjsip_transport_websocket")
"""Only where browsers are phones: SIP over a WebSocket, encrypted audio."""

SPEECH_MODULES = ("res_speech", "app_speech_utils", "res_http_websocket", "res_aeap", "res_speech_aeap")
"""Only where a recogniser listens: they stream the caller's voice to it."""

TOWN_MODULES = (
    *_SIP,
    "bridge_simple",
    "app_dial",
    "app_mixmonitor",
    "app_read",
    "format_wav",
    "func_cdr",
    "func_db",
    "func_md5",
    "func_timeout",
    "cdr_custom",
)

CALLER_MODULES = ("app_exec", "app_originate")
"""Only for a town whose people call back."""

ROBOT_MODULES = ("res_pjsip_outbound_authenticator_digest", "res_pjsip_outbound_registration")
"""Only for a town with operators' phones, which register at a node."""


def node_modules(*, browsers: bool, encrypted: bool, speech: bool) -> tuple[str, ...]:
    """All that a node needs; older builds lack some of ``NEWER_MODULES``."""
    web = BROWSER_MODULES if browsers else ()
    return NODE_MODULES + web + (("res_srtp",) if encrypted else ()) + (SPEECH_MODULES if speech else ())


def modules_of(installation: Installation, wanted: tuple[str, ...]) -> list[str]:
    """The wanted modules that this build has, in loading order."""
    return [name for name in dict.fromkeys(wanted) if installation.has_module(name)]
