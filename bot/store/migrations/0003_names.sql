-- Columns, tables and indexes under the names that the code uses. No row changes.

ALTER TABLE job RENAME COLUMN lead_id TO batch_id;
ALTER TABLE job RENAME COLUMN film TO timelapse;
DROP INDEX job_of_sheet;
CREATE INDEX job_of_batch ON job (batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE memo RENAME TO key_value;
