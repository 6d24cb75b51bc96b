/* SPDX-License-Identifier: MIT */

/*
 * A main() for a fuzz target without a fuzzer: feeds it every file named on the command line, or in
 * the directories named there, so that `make check` replays the corpora with any compiler. A broken
 * promise aborts; a corpus that is not there is a failure, not an empty success.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        CLEANUP_BUF Buf content = BUF_INIT;
        char block[4096];
        size_t n;
        int r;
        FILE *f = fopen(path, "re");

        if (!f)
                return -errno;

        while ((n = fread(block, 1, sizeof(block), f)) > 0)
                buf_append(&content, block, n);
        r = ferror(f) ? -EIO : buf_error(&content);
        (void) fclose(f);
        if (r < 0)
                return r;

        /* Told before, so that an abort names its file. */
        (void) fprintf(stderr, "%s\n", path);
        (void) LLVMFuzzerTestOneInput((const uint8_t *) buf_str(&content), content.len);
        return 1;
}

static int replay(const char *path);

static int is_visible(const struct dirent *entry)
{
        return entry->d_name[0] != '.';
}

static int replay_directory(const char *path)
{
        struct dirent **entries = NULL;
        int n_entries, n_files = 0;

        n_entries = scandir(path, &entries, is_visible, alphasort);
        if (n_entries < 0)
                return -errno;

        for (int i = 0; i < n_entries; i++) {
                CLEANUP_BUF Buf child = BUF_INIT;
                int r;

                buf_appendf(&child, "%s/%s", path, entries[i]->d_name);
                free(entries[i]);
                r = n_files < 0 ? n_files : replay(buf_str(&child));
                n_files = r < 0 ? r : n_files + r;
        }
        free(entries);
        return n_files;
}

/* How many files were fed, or what went wrong. */
static int replay(const char *path)
{
        struct stat st;

        if (stat(path, &st) < 0)
                return -errno;
        return S_ISDIR(st.st_mode) ? replay_directory(path) : replay_file(path);
}

int main(int argc, char **argv)
{
        int n_files = 0;

        for (int i = 1; i < argc; i++) {
                int r = replay(argv[i]);

                if (r <= 0) {
                        (void) fprintf(stderr,
                                "%s: %s\n",
                                argv[i],
                                r < 0 ? strerror(-r) : "no file in it");
                        return EXIT_FAILURE;
                }
                n_files += r;
        }
        if (n_files == 0) {
                (void) fprintf(stderr, "Usage: %s FILE-OR-DIRECTORY...\n", argv[0]);
                return EXIT_FAILURE;
        }

        (void) printf("%d passed, 0 failed\n", n_files);
        return EXIT_SUCCESS;
}
