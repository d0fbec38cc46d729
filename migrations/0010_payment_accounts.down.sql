DROP TABLE payouts;
DROP TABLE payout_accounts;
DROP TABLE payment_methods;
DROP TABLE payment_customers;
