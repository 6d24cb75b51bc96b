/* SPDX-License-Identifier: MIT */
#ifndef MQTLSD_VERSIONS_H
#define MQTLSD_VERSIONS_H

/* Our own version, and those of the libraries that are in use: asked of the library where it can be
 * asked, else what we were built with. All are static text. */

const char *version_own(void);
const char *version_openssl(void);
const char *version_microhttpd(void);
const char *version_systemd(void);
const char *version_libconfig(void);
const char *version_jansson(void);
const char *version_zlib(void);
const char *version_sqlite(void);
const char *version_gnutls(void);
const char *version_xcrypt(void);

#endif
