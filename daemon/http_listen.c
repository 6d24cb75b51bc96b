/* SPDX-License-Identifier: MIT */
#include "daemon/http_listen.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/buf.h"

enum {
        /* Room for a burst of scrapers between two turns of the loop; the kernel caps it itself. */
        LISTEN_BACKLOG = 512,
};

typedef union SocketAddress {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_storage storage;
} SocketAddress;

static int address_from_text(const ListenAddress *address, SocketAddress *ret, socklen_t *ret_len)
{
        SocketAddress a = {.storage = {0}};

        if (inet_pton(AF_INET, address->host, &a.in.sin_addr) == 1) {
                a.in.sin_family = AF_INET;
                a.in.sin_port = htons(address->port);
                *ret_len = sizeof(a.in);
        } else if (inet_pton(AF_INET6, address->host, &a.in6.sin6_addr) == 1) {
                a.in6.sin6_family = AF_INET6;
                a.in6.sin6_port = htons(address->port);
                *ret_len = sizeof(a.in6);
        } else {
                return -EINVAL;
        }

        *ret = a;
        return 0;
}

static const char *remedy(int error)
{
        switch (error) {
        case EADDRINUSE:
                return "another process listens there: \"ss -ltnp\" shows which; stop it, or choose "
                       "another address or port for http.listen =";
        case EACCES:
        case EPERM:
                return "ports below 1024 need a privilege that mqtlsd does not have: choose a port "
                       "from 1024 up for http.listen =, or let systemd open it (mqtlsd.socket)";
        case EADDRNOTAVAIL:
                return "no interface of this machine has that address: \"ip address\" shows those "
                       "there are; correct http.listen =";
        case EAFNOSUPPORT:
                return "this machine does not speak that address family: choose an address of "
                       "another one for http.listen =";
        case EINVAL:
                return "write a numeric address and a port such as \"127.0.0.1:19157\" or "
                       "\"[::1]:19157\" for http.listen =";
        case EMFILE:
        case ENFILE:
                return "too many files are open: raise the limit (LimitNOFILE=, ulimit -n)";
        default:
                return "see http.listen = in mqtlsd.conf(5)";
        }
}

static int problem(const ListenAddress *address, int error, char **ret_problem)
{
        bool is_v6 = strchr(address->host, ':') != NULL;
        CLEANUP_BUF Buf b = BUF_INIT;
        char *text = NULL;

        buf_appendf(&b, "cannot listen on %s%s%s:%u: %s; %s", is_v6 ? "[" : "", address->host,
                is_v6 ? "]" : "", (unsigned) address->port, strerror(error), remedy(error));
        *ret_problem = buf_steal(&b, &text) < 0 ? NULL : text;
        return -error;
}

/* socket(), options, bind(), listen(). Returns the socket or -errno. */
static int open_socket(const SocketAddress *a, socklen_t len)
{
        static const int on = 1;
        int fd;

        fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;

        /* A restart must not wait for the old connections' TIME_WAIT; and "[::]" must not collide
         * with a "0.0.0.0" of the same port. */
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
                (a->sa.sa_family == AF_INET6 &&
                        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
                bind(fd, &a->sa, len) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
                int r = -errno;

                (void) close(fd);
                return r;
        }
        return fd;
}

int http_listen_open(const ListenAddress *address, char **ret_problem, int *ret_fd)
{
        SocketAddress a;
        socklen_t len;
        int fd;

        assert(address);
        assert(ret_problem);
        assert(ret_fd);

        if (address_from_text(address, &a, &len) < 0)
                return problem(address, EINVAL, ret_problem);

        fd = open_socket(&a, len);
        if (fd < 0)
                return problem(address, -fd, ret_problem);

        *ret_fd = fd;
        return 0;
}

int http_listen_check(int fd, char **ret_problem)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        char *text = NULL;

        assert(ret_problem);

        if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0)
                return 0;

        buf_appendf(&b,
                "descriptor %d that was handed over is not a listening stream socket; the socket unit "
                "must say ListenStream= and Accept=no",
                fd);
        *ret_problem = buf_steal(&b, &text) < 0 ? NULL : text;
        return -EINVAL;
}

uint16_t http_listen_port(int fd)
{
        SocketAddress a = {.storage = {0}};
        socklen_t len = sizeof(a);

        if (getsockname(fd, &a.sa, &len) < 0)
                return 0;

        switch (a.sa.sa_family) {
        case AF_INET:
                return ntohs(a.in.sin_port);
        case AF_INET6:
                return ntohs(a.in6.sin6_port);
        default:
                return 0;
        }
}
