/*
 * header_words.h - the words of headers as data, and how one label is read by itself.
 *
 * Behind header.h; importers use that one. A label is compared in its normal form: NFKC,
 * no blanks, marks of required fields and colons gone, small letters, brackets cut off.
 * A word says the field alone (exact), or it is an owner (民警, 家属, 收款 ...) and a leaf
 * (姓名, 电话, 账号 ...) that give the field together. Personal leaves of an owner for whom
 * there is no field give nothing: they are never the resident's. Pure.
 */
#ifndef QUANZU_HEADER_WORDS_H
#define QUANZU_HEADER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "header.h"

enum { HEADER_NORM = 128 };

enum header_owner {
	OWNER_NONE,
	OWNER_SELF, /* the resident, the member: whom the row is about */
	OWNER_SUSPECT,
	OWNER_OFFICER,
	OWNER_FAMILY,
	OWNER_GUARDIAN,
	OWNER_OUT, /* the account that paid */
	OWNER_IN,  /* the account that got the money */
	OWNER_HANDLER,
	OWNER_LEADER,
	OWNER_OTHER, /* somebody else: a police station, a property company */
	OWNER_WARN,  /* no people from here on */
	OWNER_RESULT,
	OWNER_CALL,
	OWNER_TX
};

enum header_leaf {
	LEAF_NONE,
	LEAF_NAME,
	LEAF_PHONE,
	LEAF_ID,
	LEAF_ACCOUNT,
	LEAF_HOLDER,
	LEAF_BANK,
	LEAF_ADDRESS,
	LEAF_BODY, /* sex, age, birth date, work: what belongs to a person as well */
	LEAF_RELATION,
	LEAF_TIME,
	LEAF_AMOUNT,
	LEAF_NUMBER
};

struct header_label {
	char text[HEADER_NORM];    /* the normal form, brackets cut off */
	char bracket[HEADER_NORM]; /* what stood in them, normal form; "" */
	const char *unit;          /* a unit of the table, or NULL */
};

/* Labels too long for a header give "". */
void header_norm(const char *cell, struct header_label *out);
/* 元, 万元, 秒 ..., also behind 单位: or 人民币; NULL when the text is no unit. */
const char *header_unit(const char *text);
/* The unit in a title row (单位:万元), or NULL. */
const char *header_title_unit(const char *cell);

/* The field of exactly this normal word; NULL. */
const char *header_exact(const char *word, const struct header_options *opt);
/* Words like 时间, 类型, 编号 that yield to a more telling column of the same field. */
bool header_weak(const char *word);
enum header_owner header_owner_of(const char *word); /* the whole word, or OWNER_NONE */
enum header_leaf header_leaf_of(const char *word);   /* the whole word, or LEAF_NONE */
/* The owner of a group title (受害人信息, 责任民警, 劝阻情况); *rest gets it without 信息, 情况. */
enum header_owner header_group(const char *group, char rest[HEADER_NORM]);
/* The field of an owner's leaf; NULL when the kind has none. */
const char *header_owned(enum header_kind kind, enum header_owner owner, enum header_leaf leaf);
/* Does the leaf belong to a person, so that it must not wander to another? */
bool header_personal(enum header_leaf leaf);
/* Whose column is this field? OWNER_NONE for fields of no person. */
enum header_owner header_field_owner(const char *field);

/*
 * The field of one label by itself: exact, owner + leaf, or by its end. *settled is true
 * when the label names an owner, so that neighbours have no say (also with NULL).
 */
const char *header_alone(const char *word, const struct header_options *opt, bool *settled);

#endif
