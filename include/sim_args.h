/*
 * sim_args.h - the parameters behind AT+NAME= (V.250 5.4.2): fields between commas, left to right.
 *
 * A field that is not given leaves the caller's value as it is and counts as read. False means:
 * not that kind of value, or out of range; the command is then answered with an error.
 */
#ifndef QUANZU_SIM_ARGS_H
#define QUANZU_SIM_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct sim_args {
	const char *at; /* the next field; NULL when all are read */
};

void sim_args_init(struct sim_args *a, const char *text);
bool sim_args_more(const struct sim_args *a);
bool sim_args_number(struct sim_args *a, long min, long max, int *out);
/* A quoted string, or a bare field. Too long for n is false. */
bool sim_args_string(struct sim_args *a, char *out, size_t n);
bool sim_args_end(const struct sim_args *a);

#endif
