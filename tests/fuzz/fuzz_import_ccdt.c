/* SPDX-License-Identifier: MIT */

/* Any bytes as a JSON CCDT. */

#include "model/import_ccdt.h"
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It holds the dialling ends. */
static void check(const ImportedEndpoint *e)
{
        PROMISE(!e->is_listener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const FuzzImporter importer = { import_ccdt_text, check };
        static const char *const globs[] = { "SYSTEM.*" };
        static const ImportOptions options = { .qmgr = "QM1",
                .exclude = globs, .n_exclude = 1 };

        fuzz_import(&importer, data, size, &options);
        return 0;
}
