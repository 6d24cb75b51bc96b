/* SPDX-License-Identifier: MIT */
#include "daemon/access_internal.h"

/* Who is let in where: everybody, who knows the token of a feed, or who has logged in. */

#include <assert.h>

#include "daemon/routes_internal.h"

static HttpVerdict refuse(const HttpRequest *request, HttpResponse *response, HttpLoginVerdict verdict,
        unsigned retry_seconds)
{
        response->retry_after_seconds = retry_seconds;
        if (verdict == HTTP_LOGIN_TOO_MANY) {
                route_say(request, response, 429,
                        "Too many logins failed from this address; try again later.");
        } else if (verdict == HTTP_LOGIN_BUSY) {
                route_say(request, response, 503, "Too many logins at the same time; try again.");
        } else {
                response->authenticate = "Basic realm=\"mqtlsd\", charset=\"UTF-8\"";
                route_say(request, response, 401, "Name and password are needed here.");
        }
        return HTTP_REFUSE;
}

/* Is there a token, and may it pass? Sets `*ret_verdict` when there is one. */
static bool ask_token(
        Access *a, HttpRequest *request, HttpResponse *response, HttpVerdict *ret_verdict)
{
        const char *token = http_query(request, "token");

        if (!token || !access_tokens(a))
                return false;

        request->token = web_tokens_find(access_tokens(a), token);
        *ret_verdict = HTTP_PASS;
        if (!request->token) {
                route_say(request, response, 403,
                        "The token is not known here (any more); ask for another address.");
                *ret_verdict = HTTP_REFUSE;
        }
        return true;
}

static HttpVerdict on_ask(
        HttpRequest *request, HttpWaiter *waiter, HttpResponse *response, void *userdata)
{
        Access *a = userdata;
        RouteAccess access = routes_access(request->path);
        HttpVerdict token_verdict = HTTP_PASS;
        HttpLoginVerdict verdict;
        unsigned retry_seconds = 0;

        assert(a);

        if ((access == ROUTE_ACCESS_TOKEN && ask_token(a, request, response, &token_verdict)) ||
                access == ROUTE_ACCESS_OPEN || !access_passwords(a)) {
                waiter->verdict = HTTP_LOGIN_UNDECIDED; /* of a time when it was asked for a login */
                return token_verdict;
        }

        verdict = http_login_ask(a->login, request, waiter, &retry_seconds);
        if (verdict == HTTP_LOGIN_GRANTED)
                return HTTP_PASS;
        return verdict == HTTP_LOGIN_PENDING ? HTTP_WAIT
                                             : refuse(request, response, verdict, retry_seconds);
}

static void on_forget(HttpWaiter *waiter, void *userdata UNUSED)
{
        http_login_forget(waiter);
}

void access_gate_set(Access *a)
{
        assert(a);

        http_set_gate(a->http, &(HttpGate){.ask = on_ask, .forget = on_forget, .userdata = a});
}
