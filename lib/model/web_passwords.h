/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_WEB_PASSWORDS_H
#define MQTLS_MODEL_WEB_PASSWORDS_H

/*
 * Who may ask, from the file of http.basic_auth_file =: lines of NAME:HASH, the hash made by bcrypt.
 * The door to crypt(3).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "model/issue.h"

enum {
        WEB_NAME_BYTES_MAX = 255,
        WEB_BCRYPT_COST_MIN = 4,      /* bcrypt's own */
        WEB_BCRYPT_COST_ADVISED = 10, /* less is said to be weak */
        WEB_BCRYPT_COST_MAX = 14,     /* about a second of a processor for each look at a password */
};

typedef struct WebPasswords WebPasswords; /* immutable */

/* Returns 0, -ENOMEM, or -EINVAL when there is an error among what was added to `issues`. May block,
 * as files do. */
int web_passwords_load(const char *path, Issues *issues, WebPasswords **ret);
WebPasswords *web_passwords_free(WebPasswords *p);
DEFINE_CLEANUP(WebPasswords, web_passwords_free, web_passwords_cleanup)

/* The hash of a user, NULL where there is none of that name. Valid as long as `p`. */
const char *web_passwords_find(const WebPasswords *p, const char *name);

/* A hash that is nobody's and costs as much as the dearest of the file: looked at for names that there
 * are not, so that the time taken does not tell which there are. */
const char *web_passwords_nobody(const WebPasswords *p);

/* Is this the password? Takes long on purpose, 50 to 1000 ms: never on the loop. */
bool web_password_fits(const char *password, const char *hash);

#endif
