/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_HTTP_LOGIN_H
#define MQTLSD_HTTP_LOGIN_H

/*
 * Logins by HTTP Basic (RFC 7617) against bcrypt hashes. Looking at a password takes long on purpose,
 * so a worker does it; one that was right is remembered, so that who asks again and again costs
 * nothing. What a flood of wrong ones can do is bounded: in work, in memory, and for each address.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/util.h"
#include "daemon/clock.h"
#include "daemon/http.h"
#include "model/web_passwords.h"

enum {
        HTTP_LOGIN_JOBS_MAX = 16,            /* passwords that wait to be looked at */
        HTTP_LOGIN_JOBS_PER_ADDRESS_MAX = 4, /* so that one client leaves room for the others */
        HTTP_LOGIN_WAITERS_MAX = 64,         /* requests that wait for the same password */
        HTTP_LOGIN_FREE_FAILURES = 5,        /* an address may err so often before it has to wait */
        HTTP_LOGIN_DELAY_SECONDS_MAX = 60,
};

typedef struct HttpLogin HttpLogin;

typedef enum HttpLoginVerdict {
        HTTP_LOGIN_UNDECIDED,
        HTTP_LOGIN_GRANTED,
        HTTP_LOGIN_MISSING,  /* no name and password came, or not as RFC 7617 has it */
        HTTP_LOGIN_WRONG,
        HTTP_LOGIN_TOO_MANY, /* from this address, for now */
        HTTP_LOGIN_BUSY,     /* from everywhere */
        HTTP_LOGIN_PENDING,  /* http_wake() tells when to ask again */
} HttpLoginVerdict;

int http_login_new(sd_event *event, const Clock *clock, HttpLogin **ret);
HttpLogin *http_login_free(HttpLogin *l); /* nobody may wait any more */
DEFINE_CLEANUP(HttpLogin, http_login_free, http_login_cleanup)

/* Who may log in from now on; borrowed until the next call. NULL: nobody, and nobody is asked. Who was
 * let in before stays in if the hash is still the same. */
void http_login_set_passwords(HttpLogin *l, const WebPasswords *passwords);

/* May this request pass? `*ret_retry_seconds` is set with TOO_MANY and BUSY. */
HttpLoginVerdict http_login_ask(HttpLogin *l, const HttpRequest *request, HttpWaiter *w,
        unsigned *ret_retry_seconds);

/* The request has gone while its password was looked at. */
void http_login_forget(HttpWaiter *w);

uint64_t http_login_n_failures(const HttpLogin *l);
uint64_t http_login_n_throttled(const HttpLogin *l);

#endif
