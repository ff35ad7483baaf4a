/* SPDX-License-Identifier: MIT
 *
 * libgit2, loaded on first use. Only files of this room include this. Its structures change
 * between minor versions, and so does the number in its file's name: the library that is loaded is
 * the one whose header this was compiled with. */
#pragma once

#include <git2.h>
#include <git2/sys/repository.h>
#include "base/err.h"

#define GIT_FUNCTIONS(X)                         \
	X(git_attr_get)                          \
	X(git_attr_get_ext)                      \
	X(git_attr_value)                        \
	X(git_blob_create_from_buffer)           \
	X(git_blob_filter)                       \
	X(git_blob_free)                         \
	X(git_blob_lookup)                       \
	X(git_blob_rawcontent)                   \
	X(git_blob_rawsize)                      \
	X(git_buf_dispose)                       \
	X(git_commit_author)                     \
	X(git_commit_create)                     \
	X(git_commit_free)                       \
	X(git_commit_id)                         \
	X(git_commit_lookup)                     \
	X(git_commit_parent_id)                  \
	X(git_commit_parentcount)                \
	X(git_commit_summary)                    \
	X(git_commit_time)                       \
	X(git_commit_tree)                       \
	X(git_config_free)                       \
	X(git_config_iterator_free)              \
	X(git_config_iterator_glob_new)          \
	X(git_config_new)                        \
	X(git_config_next)                       \
	X(git_config_open_ondisk)                \
	X(git_credential_ssh_key_from_agent)     \
	X(git_credential_ssh_key_new)            \
	X(git_credential_username_new)           \
	X(git_credential_userpass_plaintext_new) \
	X(git_error_last)                        \
	X(git_fetch_options_init)                \
	X(git_graph_ahead_behind)                \
	X(git_graph_descendant_of)               \
	X(git_index_free)                        \
	X(git_index_new)                         \
	X(git_libgit2_init)                      \
	X(git_libgit2_opts)                      \
	X(git_note_create)                       \
	X(git_note_free)                         \
	X(git_note_message)                      \
	X(git_note_read)                         \
	X(git_object_free)                       \
	X(git_object_id)                         \
	X(git_object_lookup)                     \
	X(git_object_peel)                       \
	X(git_object_type)                       \
	X(git_odb_add_disk_alternate)            \
	X(git_odb_exists)                        \
	X(git_odb_free)                          \
	X(git_odb_read_header)                   \
	X(git_oid_cmp)                           \
	X(git_oid_fromstr)                       \
	X(git_oid_tostr)                         \
	X(git_reference_create)                  \
	X(git_reference_create_matching)         \
	X(git_reference_free)                    \
	X(git_reference_lookup)                  \
	X(git_reference_name_to_id)              \
	X(git_reference_symbolic_target)         \
	X(git_reference_target)                  \
	X(git_remote_connect)                    \
	X(git_remote_create_anonymous)           \
	X(git_remote_create_detached)            \
	X(git_remote_fetch)                      \
	X(git_remote_free)                       \
	X(git_remote_ls)                         \
	X(git_remote_set_url)                    \
	X(git_repository_config)                 \
	X(git_repository_free)                   \
	X(git_repository_init)                   \
	X(git_repository_is_shallow)             \
	X(git_repository_item_path)              \
	X(git_repository_odb)                    \
	X(git_repository_open)                   \
	X(git_repository_open_ext)               \
	X(git_repository_path)                   \
	X(git_repository_set_config)             \
	X(git_repository_set_index)              \
	X(git_repository_wrap_odb)               \
	X(git_revparse_single)                   \
	X(git_signature_default)                 \
	X(git_signature_free)                    \
	X(git_signature_new)                     \
	X(git_status_foreach_ext)                \
	X(git_status_options_init)               \
	X(git_submodule_resolve_url)             \
	X(git_tag_annotation_create)             \
	X(git_tag_message)                       \
	X(git_tag_tagger)                        \
	X(git_transaction_commit)                \
	X(git_transaction_free)                  \
	X(git_transaction_lock_ref)              \
	X(git_transaction_new)                   \
	X(git_transaction_remove)                \
	X(git_transaction_set_target)            \
	X(git_tree_create_updated)               \
	X(git_tree_entry_byindex)                \
	X(git_tree_entry_bypath)                 \
	X(git_tree_entry_filemode)               \
	X(git_tree_entry_free)                   \
	X(git_tree_entry_id)                     \
	X(git_tree_entry_name)                   \
	X(git_tree_entry_type)                   \
	X(git_tree_entrycount)                   \
	X(git_tree_free)                         \
	X(git_tree_id)                           \
	X(git_tree_lookup)                       \
	X(git_treebuilder_free)                  \
	X(git_treebuilder_new)                   \
	X(git_treebuilder_write)

struct git_api {
#define X(fn) __typeof__(&fn) fn;
	GIT_FUNCTIONS(X)
#undef X
};

/* The functions, initialised; loaded once a process. Any number of threads may ask. */
ATTR_MUST_CHECK errint git_api(const struct git_api **out, struct err *err);
