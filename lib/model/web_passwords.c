/* SPDX-License-Identifier: MIT */
#include "model/web_passwords.h"

#include <assert.h>
#include <crypt.h>
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "model/web_lines.h"

enum {
        HASH_LENGTH = 60,     /* "$2b$12$", 22 characters of salt, 31 of hash */
        HASH_DIGITS = 53,
        HASH_PREFIX_LENGTH = 7,
};

#define HASH_ALPHABET "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

typedef struct User {
        char *name;
        char *hash;
        unsigned line;
} User;

struct WebPasswords {
        User *users;
        size_t n_users;
        char nobody[HASH_LENGTH + 1];
};

/* The cost of a bcrypt hash, or -EINVAL where it is none: "$2a$", "$2b$" (the sound ones of crypt(5))
 * or "$2y$" (what other programs call "$2b$"), two digits, "$". */
static int bcrypt_cost(const char *hash)
{
        const char *digits;

        if (strlen(hash) != HASH_LENGTH || strncmp(hash, "$2", 2) != 0 || !strchr("aby", hash[2]) ||
                hash[3] != '$' || hash[6] != '$')
                return -EINVAL;

        digits = hash + 4;
        if (strspn(digits, "0123456789") != 2 ||
                strspn(hash + HASH_PREFIX_LENGTH, HASH_ALPHABET) != HASH_DIGITS)
                return -EINVAL;
        return (digits[0] - '0') * 10 + (digits[1] - '0');
}

/* What no name may be, or NULL. */
static const char *name_fault(const char *name)
{
        size_t len = strlen(name);

        if (len == 0)
                return "the name before the colon is empty";
        if (len > WEB_NAME_BYTES_MAX)
                return "the name is longer than 255 bytes";
        for (size_t i = 0; i < len;) {
                size_t n = escape_utf8_char(name + i, len - i);

                if (n == 0 || (n == 1 && ((unsigned char) name[i] < 0x20 || name[i] == 0x7f)))
                        return "the name holds something that is no text in UTF-8";
                i += n;
        }
        return NULL;
}

static int check_hash(const WebLines *l, const char *name, const char *hash, Issues *issues)
{
        int cost = bcrypt_cost(hash);

        if (cost < 0)
                issues_add(issues, l->path, l->line, l->setting,
                        "what stands behind \"%.80s:\" is no bcrypt hash ($2a$, $2b$ or $2y$); make one "
                        "with htpasswd -nB -C 12 NAME",
                        name);
        else if (cost < WEB_BCRYPT_COST_MIN || cost > WEB_BCRYPT_COST_MAX)
                issues_add(issues, l->path, l->line, l->setting,
                        "the hash of \"%.80s\" has a cost of %d, outside %d..%d; make one with htpasswd "
                        "-nB -C 12 NAME",
                        name, cost, WEB_BCRYPT_COST_MIN, WEB_BCRYPT_COST_MAX);
        else if (cost < WEB_BCRYPT_COST_ADVISED)
                issues_add_warning(issues, l->path, l->line, l->setting,
                        "the hash of \"%.80s\" has a cost of only %d, which is quickly guessed at by "
                        "whoever gets hold of the file; make one with htpasswd -nB -C 12 NAME",
                        name, cost);
        return cost;
}

static const User *find_user(const WebPasswords *p, const char *name)
{
        for (size_t i = 0; i < p->n_users; i++)
                if (strcmp(p->users[i].name, name) == 0)
                        return &p->users[i];
        return NULL;
}

static int add_user(WebPasswords *p, const WebLines *l, const char *name, const char *hash)
{
        User user = { .name = strdup(name), .hash = strdup(hash), .line = l->line };

        if (!user.name || !user.hash || util_grow(&p->users, p->n_users, sizeof(*p->users)) < 0) {
                free(user.name);
                free(user.hash);
                return -ENOMEM;
        }
        p->users[p->n_users++] = user;
        return 0;
}

/* Takes one line apart. Returns 0, also after a complaint, or -ENOMEM. */
static int read_line(WebPasswords *p, const WebLines *l, char *line, int *max_cost, Issues *issues)
{
        char *colon = strchr(line, ':');
        const char *fault = NULL;
        const User *twin = NULL;
        int cost;

        if (!colon) {
                issues_add(issues, l->path, l->line, l->setting,
                        "there is no colon; write NAME:HASH, as htpasswd -nB -C 12 NAME prints it");
                return 0;
        }
        *colon = '\0';
        fault = name_fault(line);
        if (fault) {
                issues_add(issues, l->path, l->line, l->setting, "%s; write NAME:HASH", fault);
                return 0;
        }
        twin = find_user(p, line);
        if (twin) {
                issues_add(issues, l->path, l->line, l->setting,
                        "\"%.80s\" stands on line %u already; remove one of the two", line, twin->line);
                return 0;
        }

        cost = check_hash(l, line, colon + 1, issues);
        *max_cost = MAX_OF(*max_cost, cost);
        return add_user(p, l, line, colon + 1);
}

static int read_lines(WebPasswords *p, WebLines *l, Issues *issues)
{
        size_t n_errors = issues->n_errors;
        int r = 0, max_cost = WEB_BCRYPT_COST_MIN;
        char *line = NULL;

        while (r >= 0 && (line = web_lines_next(l, issues)))
                r = read_line(p, l, line, &max_cost, issues);
        if (r < 0)
                return r;

        if (p->n_users == 0 && issues->n_errors == n_errors)
                issues_add(issues, l->path, 0, l->setting,
                        "there is no user in it, so that nobody could log in; add a line as htpasswd "
                        "-nB -C 12 NAME prints it");
        if (issues->n_errors > n_errors)
                return -EINVAL;

        memset(p->nobody, '.', HASH_LENGTH);
        memcpy(p->nobody, "$2b$", 4);
        p->nobody[4] = (char) ('0' + max_cost / 10);
        p->nobody[5] = (char) ('0' + max_cost % 10);
        p->nobody[6] = '$';
        assert(bcrypt_cost(p->nobody) == max_cost);
        return issues->failed ? -ENOMEM : 0;
}

int web_passwords_load(const char *path, Issues *issues, WebPasswords **ret)
{
        CLEANUP(web_passwords_cleanup) WebPasswords *p = NULL;
        CLEANUP(web_lines_done) WebLines lines = { 0 };
        int r;

        assert(path);
        assert(issues);
        assert(ret);

        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        r = web_lines_open(&lines, path, "http.basic_auth_file", issues);
        if (r >= 0)
                r = read_lines(p, &lines, issues);
        if (r < 0)
                return r;

        *ret = STEAL(p);
        return 0;
}

WebPasswords *web_passwords_free(WebPasswords *p)
{
        if (!p)
                return NULL;

        for (size_t i = 0; i < p->n_users; i++) {
                free(p->users[i].name);
                free(p->users[i].hash);
        }
        free(p->users);
        free(p);
        return NULL;
}

const char *web_passwords_find(const WebPasswords *p, const char *name)
{
        const User *user = NULL;

        assert(p);
        assert(name);

        user = find_user(p, name);
        return user ? user->hash : NULL;
}

const char *web_passwords_nobody(const WebPasswords *p)
{
        assert(p);

        return p->nobody;
}

bool web_password_fits(const char *password, const char *hash)
{
        struct crypt_data *data = NULL; /* 32 KiB */
        const char *made = NULL;
        bool fits = false;

        assert(password);
        assert(hash);

        data = calloc(1, sizeof(*data));
        if (!data)
                return false;

        /* What cannot be made begins with '*' (crypt(3)), as no hash does. */
        made = crypt_r(password, hash, data);
        fits = made && web_secret_equal(made, hash);
        explicit_bzero(data, sizeof(*data));
        free(data);
        return fits;
}
