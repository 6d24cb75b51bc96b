/* SPDX-License-Identifier: MIT */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "daemon/versions.h"

/* The one file beside the doors that includes their libraries: for version numbers, nothing else. */
#include <crypt.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <libconfig.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zlib.h>

#ifndef PACKAGE_VERSION
#error "PACKAGE_VERSION comes from config.h"
#endif
#ifndef LIBSYSTEMD_VERSION /* the library does not tell it; configure asks pkg-config */
#define LIBSYSTEMD_VERSION "unknown"
#endif

#define TEXT_OF(n) #n
#define TEXT(n) TEXT_OF(n)

const char *version_own(void)
{
        return PACKAGE_VERSION;
}

const char *version_openssl(void)
{
        return OpenSSL_version(OPENSSL_VERSION_STRING);
}

const char *version_microhttpd(void)
{
        return MHD_get_version();
}

const char *version_systemd(void)
{
        return LIBSYSTEMD_VERSION;
}

const char *version_libconfig(void)
{
        return TEXT(LIBCONFIG_VER_MAJOR) "." TEXT(LIBCONFIG_VER_MINOR) "." TEXT(LIBCONFIG_VER_REVISION);
}

const char *version_jansson(void)
{
        return jansson_version_str();
}

const char *version_zlib(void)
{
        return zlibVersion();
}

const char *version_sqlite(void)
{
        return sqlite3_libversion();
}

const char *version_gnutls(void)
{
        return gnutls_check_version(NULL);
}

const char *version_xcrypt(void)
{
        return XCRYPT_VERSION_STR;
}
