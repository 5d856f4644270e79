/*
 * sim_script.h - scripts: lines that set up modems and phones and book what happens when.
 *
 * The language is described in quanzu-modemsim(1). The control socket takes the same lines while the
 * simulator runs; `at` then counts from the moment the line comes.
 */
#ifndef QUANZU_SIM_SCRIPT_H
#define QUANZU_SIM_SCRIPT_H

#include "sim_world.h"

/* One line. False with a sentence in error; what stood before the error may have been done. */
bool sim_script_line(struct sim_world *w, const char *line, char error[SIM_ERROR_MAX]);
/* The rest of a line that is split already. */
bool sim_script_words(struct sim_world *w, struct sim_words *words);
/* A whole file; error begins with "FILE:LINE: ". */
bool sim_script_file(struct sim_world *w, const char *path, char error[SIM_ERROR_MAX]);

#endif
