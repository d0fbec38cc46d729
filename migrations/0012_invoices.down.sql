ALTER TABLE mail_outbox DROP CONSTRAINT mail_outbox_enclosure_length, DROP COLUMN enclosure;
DROP TABLE invoices;
DROP FUNCTION keep_invoice();
DROP TABLE invoice_counters;
