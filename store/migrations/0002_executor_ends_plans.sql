-- a plan that ends takes its findings out of `in-progress`, whoever ends it
GRANT UPDATE (state) ON findings TO whittle_executor;
