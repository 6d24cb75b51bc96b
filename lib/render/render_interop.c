/* SPDX-License-Identifier: MIT */
#include "render/render_interop.h"

#include <assert.h>

#include "render/render_report_text.h"
#include "render/render_status_json.h"

enum {
        SCHEMA_VERSION = 1,
        FIELD_INDENT = 2,
};

static bool needs_tls13(const SslCiph *s)
{
        return sslciph_admits_version(s, TLS_VERSION_TLS13) &&
                !sslciph_admits_version(s, TLS_VERSION_TLS12);
}

InteropResult render_interop_result(const SslCiph *initiator, const SslCiph *acceptor)
{
        InteropResult with, without;

        assert(initiator);
        assert(acceptor);

        with = interop_meet(initiator, acceptor, true, NULL);
        without = interop_meet(initiator, acceptor, false, NULL);
        if (needs_tls13(initiator) && needs_tls13(acceptor))
                return with;
        return MAX_OF(with, MIN_OF(without, INTEROP_MAY_FAIL));
}

static void append_advice(const SslCiph *initiator, const SslCiph *acceptor, Buf *b)
{
        if (render_interop_result(initiator, acceptor) == INTEROP_WORKS &&
                needs_tls13(initiator) && needs_tls13(acceptor))
                buf_append_str(b, "Nothing has to change while both sides have TLS 1.3.");
        else
                interop_advice(initiator, acceptor, b);
}

/* ---- JSON ---- */

static void put_meeting(Json *j, json_t *object, const char *key, const SslCiph *initiator,
        const SslCiph *acceptor, bool tls13)
{
        json_t *meeting = json_new_object(j);
        const char *why = NULL;
        InteropResult result = interop_meet(initiator, acceptor, tls13, &why);

        json_put_text(j, meeting, "result", interop_result_to_string(result));
        json_put_text(j, meeting, "why", why);
        json_put(j, object, key, meeting);
}

static int render_json(const SslCiph *initiator, const SslCiph *acceptor, Buf *b)
{
        CLEANUP_BUF Buf advice = BUF_INIT;
        Json j = {0};
        json_t *o = json_new_object(&j);
        InteropResult result = render_interop_result(initiator, acceptor);

        append_advice(initiator, acceptor, &advice);
        json_put_integer(&j, o, "schema_version", SCHEMA_VERSION);
        json_put_text(&j, o, "initiator", sslciph_name(initiator));
        json_put_text(&j, o, "acceptor", sslciph_name(acceptor));
        json_put_text(&j, o, "result", interop_result_to_string(result));
        put_meeting(&j, o, "with_tls13", initiator, acceptor, true);
        put_meeting(&j, o, "without_tls13", initiator, acceptor, false);
        json_put_text(&j, o, "advice", buf_str(&advice));
        json_write(&j, o, b);
        return buf_error(&advice) < 0 ? buf_error(&advice) : json_finish(&j, b);
}

/* ---- text ---- */

static Severity severity_of(InteropResult result)
{
        switch (result) {
        case INTEROP_WORKS:
                return SEVERITY_OK;
        case INTEROP_MAY_FAIL:
                return SEVERITY_WARNING;
        case INTEROP_FAILS:
        case _INTEROP_RESULT_MAX:
        default:
                return SEVERITY_CRITICAL;
        }
}

/* "fails (fails with TLS 1.3, works without it)" */
static void append_verdict(Report *r, const SslCiph *initiator, const SslCiph *acceptor)
{
        InteropResult result = render_interop_result(initiator, acceptor);
        InteropResult with = interop_meet(initiator, acceptor, true, NULL);
        InteropResult without = interop_meet(initiator, acceptor, false, NULL);

        report_append_severity(r, severity_of(result), interop_result_to_string(result));
        if (with != without)
                buf_appendf(r->out, " (%s with TLS 1.3, %s without it)",
                        interop_result_to_string(with), interop_result_to_string(without));
        buf_append_char(r->out, '\n');
}

static void append_meeting(
        Report *r, const char *label, const SslCiph *initiator, const SslCiph *acceptor, bool tls13)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        const char *why = NULL;
        InteropResult result = interop_meet(initiator, acceptor, tls13, &why);

        buf_appendf(&text, "%s. %s", interop_result_to_string(result), why);
        if (buf_error(&text) < 0)
                r->out->failed = true;
        report_field(r, FIELD_INDENT, label, buf_str(&text));
}

static int render_text(
        const SslCiph *initiator, const SslCiph *acceptor, const ReportStyle *style, Buf *b)
{
        CLEANUP_BUF Buf advice = BUF_INIT;
        Report r = {.out = b, .style = style};

        append_advice(initiator, acceptor, &advice);
        append_verdict(&r, initiator, acceptor);
        report_field(&r, FIELD_INDENT, "initiator", sslciph_name(initiator));
        report_field(&r, FIELD_INDENT, "accepting", sslciph_name(acceptor));
        append_meeting(&r, "with TLS 1.3", initiator, acceptor, true);
        append_meeting(&r, "without it", initiator, acceptor, false);
        report_field(&r, FIELD_INDENT, "change first", buf_str(&advice));
        return buf_error(&advice) < 0 ? buf_error(&advice) : buf_error(b);
}

int render_interop(
        const SslCiph *initiator, const SslCiph *acceptor, const ReportStyle *style, Buf *b)
{
        assert(initiator);
        assert(acceptor);
        assert(b);

        return style ? render_text(initiator, acceptor, style, b)
                     : render_json(initiator, acceptor, b);
}
