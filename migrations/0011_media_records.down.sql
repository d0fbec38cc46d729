DROP TABLE media_receipts;
DROP TABLE media_records;
DROP FUNCTION keep_media_proof;
