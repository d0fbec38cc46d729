#ifndef CONSULT_CPOSTGRESQL_SHIM_H
#define CONSULT_CPOSTGRESQL_SHIM_H

// libpq, and the field codes of an error that Swift does not import because they are character macros.

#include <libpq-fe.h>
#include <postgres_ext.h>

enum cp_field {
  cp_field_severity = PG_DIAG_SEVERITY_NONLOCALIZED,
  cp_field_sqlstate = PG_DIAG_SQLSTATE,
  cp_field_message = PG_DIAG_MESSAGE_PRIMARY,
  cp_field_detail = PG_DIAG_MESSAGE_DETAIL,
  cp_field_constraint = PG_DIAG_CONSTRAINT_NAME,
  cp_field_table = PG_DIAG_TABLE_NAME,
  cp_field_column = PG_DIAG_COLUMN_NAME,
  cp_field_source_function = PG_DIAG_SOURCE_FUNCTION
};

static inline char *cp_result_field(const PGresult *result, enum cp_field field) {
  return PQresultErrorField(result, (int)field);
}

#endif
