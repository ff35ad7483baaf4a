/* SPDX-License-Identifier: MIT
 *
 * Files that tell a builder about its attributes and about closures: .attrs.json and .attrs.sh of
 * structured attributes, and the lists of exportReferencesGraph. */
#pragma once

#include "plan/build_attrs.h"
#include "store/store.h"

/* The closure of the exported paths as `nix-store --load-db` reads it, without hashes. The paths
 * must be among the inputs. */
ATTR_MUST_CHECK errint export_text(struct store *s, struct arena *a, const struct graph_export *e,
				   struct str_set inputs, struct str *out, struct err *err);
ATTR_MUST_CHECK errint build_attrs_files(struct store *s, struct arena *a,
					 const struct build_attrs *t, struct str_set inputs,
					 struct str *json, struct str *shell, struct err *err);
/* .attrs.sh from the members of .attrs.json: a `declare` for each that a shell can hold. */
ATTR_MUST_CHECK errint build_attrs_shell(struct arena *a, const struct json_member *v, size_t n,
					 struct str *out, struct err *err);
