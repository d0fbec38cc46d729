DROP TABLE call_samples;
