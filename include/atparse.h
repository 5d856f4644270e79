/*
 * atparse.h - the fields of one named line, "+NAME: a,b,c" (27.005, 27.007).
 *
 * Pure. at_fields() splits at commas outside quotes and brackets; an empty field is "not
 * given", never zero: numbers that are not given come out as AT_NONE. at_parse() then reads
 * the fields by the name, so that each name is read at one place only.
 */
#ifndef QUANZU_ATPARSE_H
#define QUANZU_ATPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AT_NONE = INT32_MIN, /* a number that is not given or not readable */
	AT_FIELDS_MAX = 40,
	AT_NAME_MAX = 24,
	AT_NUMBER_MAX = 100, /* 24 characters as UCS-2 in hex */
	AT_STORE_MAX = 8
};

struct at_field {
	const char *s; /* not NUL-terminated; without quotes */
	size_t len;
	bool quoted;
};

struct at_fields {
	size_t n; /* at least 1 */
	struct at_field f[AT_FIELDS_MAX];
};

void at_fields(const char *rest, struct at_fields *out);
int at_number(const struct at_fields *f, size_t i);                       /* decimal; AT_NONE */
bool at_copy(const struct at_fields *f, size_t i, char *out, size_t max); /* false: not given */

/* How a name's fields are read. */
enum at_shape {
	AT_VALUES,       /* as strings */
	AT_REGISTRATION, /* +CREG and kin */
	AT_SIGNAL,       /* +CSQ */
	AT_STORES,       /* +CPMS */
	AT_MESSAGE,      /* +CMGL, +CMGR, +CMT, +CDS: a header whose PDU follows */
	AT_PLACE,        /* +CMTI, +CDSI */
	AT_REFERENCE,    /* +CMGS */
	AT_CALL_ENTRY,   /* +CLCC */
	AT_CALLER,       /* +CLIP */
	AT_SUBSCRIBER,   /* +CSCA, +CNUM */
	AT_USSD,         /* +CUSD */
	AT_SIM,          /* +CPIN */
	AT_OPERATOR,     /* +COPS */
	AT_PLACES        /* +CMGD=? */
};

struct at_registration {
	int n; /* AT_NONE: the unsolicited form */
	int stat, act;
	bool registered, roaming; /* registered: for short messages */
	int64_t lac, ci;
};

struct at_signal {
	int rssi, dbm, ber;
};

struct at_store {
	char name[AT_STORE_MAX];
	int used, total;
};

struct at_stores {
	enum { AT_STORES_NAMED, AT_STORES_COUNTED, AT_STORES_GROUPS } form;
	size_t n; /* of NAMED (with names) and COUNTED (without) */
	struct at_store store[3];
};

struct at_message {
	int index, stat, len; /* index: +CMGL only; stat: +CMGL and +CMGR */
	const char *pdu;      /* upper case; NULL when none came (an empty place) */
};

enum at_call_state {
	AT_CALL_ACTIVE,
	AT_CALL_HELD,
	AT_CALL_DIALING,
	AT_CALL_ALERTING,
	AT_CALL_INCOMING,
	AT_CALL_WAITING,
	AT_CALL_ENDED,
	AT_CALL_UNKNOWN
};
const char *at_call_state_name(enum at_call_state s);

struct at_call_entry {
	int id, toa;
	bool incoming, voice;
	enum at_call_state state;
	char number[AT_NUMBER_MAX]; /* "" not given */
};

union at_value {
	struct at_registration registration;
	struct at_signal signal;
	struct at_stores stores;
	struct at_message message;
	struct {
		char store[AT_STORE_MAX];
		int index;
	} place;
	int reference;
	struct at_call_entry call;
	struct {
		char number[AT_NUMBER_MAX]; /* "" not given */
		int toa, validity;
	} party;
	struct {
		int m, dcs;
		const char *text; /* NULL not given; not NUL-terminated */
		size_t len;
	} ussd;
	const char *sim; /* "READY", "SIM PIN", ... */
	struct {
		int mode, format, act;
		char name[AT_NUMBER_MAX];
	} operator_;
	struct {
		int first, last, count;
	} places;
};

/* False: the name is known and the line cannot be used. */
bool at_parse(const char *name, const char *rest, const struct at_fields *f, enum at_shape *shape,
	union at_value *out);
/* One number, or a number and then a quoted or long field: nobody asked for it (27.007 7.2). */
bool at_registration_unasked(const struct at_fields *f);

/* A key of a call line: the key itself or its code in two digits; 0 when it is none. */
char at_key(const struct at_fields *f, size_t i);

/* The elements of one bracketed field "(0-2)", "(\"SM\",\"ME\")"; false when it has no brackets. */
bool at_group(const struct at_field *field, struct at_fields *out);

#endif
