from pricer.price import price
