/* SPDX-License-Identifier: MIT */

/* Addresses that the HTTP server listens on, as people write them. */

#include "model/config_value.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
        PORT_DIGITS_MAX = 5,
        PORT_MAX = 65535,
};

static bool port_parse(const char *text, uint16_t *ret)
{
        size_t len = strlen(text);
        unsigned port = 0;

        if (len == 0 || len > PORT_DIGITS_MAX || strspn(text, "0123456789") != len)
                return false;

        for (const char *p = text; *p; p++)
                port = port * 10 + (unsigned) (*p - '0');
        if (port > PORT_MAX)
                return false;

        *ret = (uint16_t) port;
        return true;
}

static int family_of(const char *host)
{
        struct in6_addr address;

        if (inet_pton(AF_INET, host, &address) == 1)
                return AF_INET;
        if (inet_pton(AF_INET6, host, &address) == 1)
                return AF_INET6;
        return AF_UNSPEC;
}

int listen_address_parse(const char *text, ListenAddress *ret, const char **ret_why)
{
        CLEANUP_FREE char *host = NULL;
        const char *end = NULL;
        bool bracketed = text[0] == '[';
        uint16_t port = 0;

        assert(ret);
        assert(ret_why);

        end = bracketed ? strstr(text, "]:") : strchr(text, ':');
        if (!end || (!bracketed && strchr(end + 1, ':'))) {
                *ret_why = "is no address with a port; write \"127.0.0.1:19157\" or "
                           "\"[::1]:19157\"";
                return -EINVAL;
        }

        host = strndup(text + bracketed, (size_t) (end - text) - bracketed);
        if (!host)
                return -ENOMEM;

        if (family_of(host) != (bracketed ? AF_INET6 : AF_INET)) {
                *ret_why = "does not begin with a numeric address; write \"127.0.0.1:19157\", "
                           "\"[::1]:19157\", or \"0.0.0.0:19157\" for every interface";
                return -EINVAL;
        }

        if (!port_parse(end + 1 + bracketed, &port)) {
                *ret_why = "does not end in a port from 1 to 65535 (or 0 for any free one); write "
                           "\"127.0.0.1:19157\"";
                return -EINVAL;
        }

        *ret = (ListenAddress){
                .host = STEAL(host),
                .port = port,
        };
        return 0;
}

bool listen_address_is_loopback(const ListenAddress *a)
{
        struct in_addr v4;
        struct in6_addr v6;

        assert(a);

        if (inet_pton(AF_INET, a->host, &v4) == 1)
                return ntohl(v4.s_addr) >> 24 == 127;
        if (inet_pton(AF_INET6, a->host, &v6) == 1)
                return IN6_IS_ADDR_LOOPBACK(&v6);
        return false;
}
