/*
 * people_record.h - rows of the lists that the office imports: residents, members, areas,
 * teams, duties.
 *
 * As with warnings, a row is refused when it cannot be used (no name; a member without a
 * mobile number; an ID number that a spreadsheet program has damaged), and taken with a note
 * when only a secondary cell is wrong. Villages are texts or codes as the file has them;
 * the desk resolves them. Strings are never NULL and live in the arena that was given.
 */
#ifndef QUANZU_PEOPLE_RECORD_H
#define QUANZU_PEOPLE_RECORD_H

#include "arena.h"
#include "fields.h"

enum { PEOPLE_PHONES = 12 };

struct resident_record_phone {
	const char *kind; /* own, family, guardian */
	const char *phone, *name, *relation;
};

struct resident_record {
	const char *name, *id_no, *id_type, *birth, *sex; /* birth YYYY-MM-DD, sex M, F or "" */
	const char *village, *area_code;                  /* one of them, or none */
	const char *grid, *addr_live, *addr_reg, *tags;   /* tags parted by blanks */
	const char *risk;                                 /* a level code, "" not given */
	const char *employer, *occupation, *remark;
	struct resident_record_phone phone[PEOPLE_PHONES];
	int phone_count;
};

struct member_record {
	const char *team, *name, *phone, *post, *village, *area_code, *grid;
	const char *secrecy_date, *training_date; /* YYYY-MM-DD or "" */
	int load_cap;                             /* -1 not given */
	const char *remark;
};

struct area_record {
	const char *code, *name, *parent, *type, *aliases; /* aliases parted by blanks */
	int population;                                    /* -1 not given */
	const char *leader, *leader_phone, *remark;
};

struct team_record {
	const char *code, *name, *type, *village, *area_code, *grid, *parent;
	const char *leader, *leader_phone, *remark;
};

struct duty_record {
	const char *team, *name, *phone, *post, *village, *area_code;
	int64_t member_id;    /* 0: found by name or phone */
	unsigned weekdays;    /* bit 0 Monday .. bit 6 Sunday; 0 for a dated row */
	const char *date;     /* YYYY-MM-DD, "" for a weekly row */
	int from_min, to_min; /* minutes of the day; to <= from passes midnight; 0, 1440 all day */
	bool off;             /* 休, 请假: not on duty then */
	const char *shift, *remark;
};

struct people_record {
	enum header_kind kind;
	union {
		struct resident_record resident;
		struct member_record member;
		struct area_record area;
		struct team_record team;
		struct duty_record duty;
	} of;
};

/* False: refused, *why says so. notes is set anew. kind is not HEADER_WARNING. */
bool people_read(enum header_kind kind, const struct field *fields, size_t count, int row,
	const struct intake_ctx *ctx, struct arena *arena, struct people_record *out,
	struct fault *why, struct notes *notes);

#endif
